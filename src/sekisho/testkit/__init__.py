"""What people who build against Sekisho test with: test cards, memory stores, playbook, peers."""
