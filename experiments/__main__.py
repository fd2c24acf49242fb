"""`python -m experiments` is the `kordon` command."""

from experiments.cli import main

if __name__ == "__main__":
    main()
