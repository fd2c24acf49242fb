"""What a scenario means: the corridor, its posts and candidate routes, and the arrays below them."""
