"""Many runs and what people see of them: the command line, figures, summaries and lists."""
