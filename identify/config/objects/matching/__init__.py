"""The rules of identify objects other than addresses."""
