"""Who decides: traffickers, their couriers, border posts and authorities."""
