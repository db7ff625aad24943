"""What happens once objects are registered: a run ends when the cluster has made them true."""
