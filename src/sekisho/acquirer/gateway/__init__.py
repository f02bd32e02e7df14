"""The payment API with orchestrated 3-D Secure."""
