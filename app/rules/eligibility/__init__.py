"""Who is insured, from which day, until which day, by which union (資格; 高確法50–55条)."""
