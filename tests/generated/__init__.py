"""What other people's tools make of the documents: linters, and clients that are generated and used."""
