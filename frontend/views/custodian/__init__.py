"""The desk of a custodian's officers: who holds the money writes down, confirms, pays and sends back."""
