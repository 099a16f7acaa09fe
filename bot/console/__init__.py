"""Staff's web: the frame in this folder, each subject a module (or package) with a folder under `templates/`."""
