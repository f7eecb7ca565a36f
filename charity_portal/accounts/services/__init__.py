"""What changes accounts; each function runs inside a transaction unless it says otherwise."""
