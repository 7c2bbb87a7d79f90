"""How good drafts are: ROUGE as the published tables have it, and factual measures by code."""
