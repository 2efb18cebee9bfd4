"""Operations: agreements that are in force here, their terms, and the officers who may act under them."""
