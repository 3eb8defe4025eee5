"""From a folder to a running plugin: manifests, order, generations, ledgers, reload."""
