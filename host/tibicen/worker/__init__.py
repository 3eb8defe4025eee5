"""What runs inside a worker process: the VMs of isolated plugins, and what contains them. The host never imports it."""
