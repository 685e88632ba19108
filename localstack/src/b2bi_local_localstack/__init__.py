"""AWS B2B Data Interchange in LocalStack: an extension that sends the service's requests to b2bi-local."""
