"""Training mode (研修): the product with a synthetic municipality, the embedded union and
software keys. Not in the production bundle."""
