"""From configuration text to the model: the ``.conf`` language, the rules of objects, problems."""
