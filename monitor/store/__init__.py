"""What is remembered: one database, which is also the queue between collecting and delivering."""
