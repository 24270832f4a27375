"""Captures: pcap, pcapng and HEP3 as batches of messages; the decoders themselves are compiled."""
