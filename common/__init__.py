"""What every app may lean on: money, domain errors, template tags. No models."""
