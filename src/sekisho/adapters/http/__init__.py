"""HTTP at the edge: server, client, peers' names, raw bodies, limits and sites."""
