"""What is measured with: tables of rules, traffic, messages, configurations; all drawn with fixed seeds."""
