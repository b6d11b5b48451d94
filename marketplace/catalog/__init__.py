"""What suppliers offer: products, services, technologies, finance and insurance products."""
