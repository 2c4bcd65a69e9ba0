"""What is posted and when: slots, ranking, composition, and the outbox's decisions; all pure."""
