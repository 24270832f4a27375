"""The published figures: workers measure, rounds alternate, results are kept as JSON, documents are written from it."""
