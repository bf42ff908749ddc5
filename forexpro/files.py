"""What is taken of the files that people send, and where private and static files are kept."""

from forexpro.environment import LOCAL_DIR, env

# The container image collects static files under names that carry their content's hash; a laptop serves the sources.
STATIC_COLLECTED = env.bool("STATIC_COLLECTED", default=False)
# The largest file, the most pixels of a picture and the most pages of a PDF that are taken.
UPLOAD_BYTES_MAX = env.number("UPLOAD_MEGABYTES_MAX", 10, most=100) * 1_000_000
UPLOAD_PIXELS_MAX = 40_000_000
UPLOAD_SHEETS_MAX = 20
DATA_UPLOAD_MAX_NUMBER_FILES = 12
FILE_UPLOAD_HANDLERS = [
    "forexpro.core.uploads.handler.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# ClamAV's socket; without one nothing is scanned.
CLAMAV_URL = env.str("CLAMAV_URL", default="") and env.service_url("CLAMAV_URL", "", "unix", "tcp")
# Private files are kept in a bucket of any S3 where one is named, otherwise in a private folder of this host.
FILES_S3_BUCKET = env.str("FILES_S3_BUCKET", default="")
FILES_S3_OPTIONS = {
    "bucket_name": FILES_S3_BUCKET,
    "endpoint_url": env.str("FILES_S3_ENDPOINT", default="") or None,
    "region_name": env.str("FILES_S3_REGION", default="") or None,
    "access_key": env.str("FILES_S3_ACCESS_KEY", default="") or None,
    "secret_key": env.str("FILES_S3_SECRET_KEY", default="") or None,
    "signature_version": "s3v4",
    "addressing_style": "path",
    "default_acl": "private",
    "file_overwrite": False,
    "querystring_auth": True,
    "querystring_expire": env.number("FILES_S3_URL_SECONDS", 60, most=3600),
}

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
    "private": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": FILES_S3_OPTIONS}
    if FILES_S3_BUCKET
    else {
        "BACKEND": "forexpro.core.uploads.storage.PrivateFolder",
        "OPTIONS": {
            "location": LOCAL_DIR / "private",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}
