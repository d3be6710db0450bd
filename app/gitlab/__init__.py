"""All that knows GitLab's shapes: webhook bodies, REST answers, the client."""
