"""The addresses, group by group: each reads its shape, calls one command, answers."""
