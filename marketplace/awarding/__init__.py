"""From opened quotes to an award that can be explained: compliance, scores, consensus, notice, objections."""
