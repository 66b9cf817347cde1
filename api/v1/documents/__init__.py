"""Documents: uploading, and what is known of one."""
