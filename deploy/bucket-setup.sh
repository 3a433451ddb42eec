#!/bin/sh
# Prepares the poster bucket. Runs in the one-shot service `bucket` of compose.yaml on every `up`,
# so each step may find its work done. Keeps to `mc`, mkdir and rm: the image has little else.
set -eu

: "${MINIO_URL:?}" "${MINIO_ROOT_USER:?}" "${MINIO_ROOT_PASSWORD:?}"
: "${AWS_KEY_ID:?}" "${AWS_ACCESS_KEY:?}" "${AWS_BUCKET_NAME:?}"

folder=${TMPDIR:-/tmp}/bucket-setup
export MC_CONFIG_DIR="$folder/mc"
policy=filmhub-$AWS_BUCKET_NAME
arn=arn:aws:s3:::$AWS_BUCKET_NAME

umask 077
mkdir -p "$MC_CONFIG_DIR"

# The root account can do everything, so the app gets a key of its own.
if [ "$AWS_KEY_ID" = "$MINIO_ROOT_USER" ]; then
    echo "bucket-setup: AWS_KEY_ID must differ from MINIO_ROOT_USER" >&2
    exit 1
fi

mc alias set store "$MINIO_URL" "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD" >/dev/null
mc mb --ignore-existing "store/$AWS_BUCKET_NAME"

# Everybody may read a poster whose address is known. The ready-made policy `download` would also let
# everybody list the bucket.
printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetObject"],"Resource":["%s/*"]}]}\n' \
    "$arn" >"$folder/public.json"
mc anonymous set-json "$folder/public.json" "store/$AWS_BUCKET_NAME"

printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetBucketLocation","s3:ListBucket"],"Resource":["%s"]},{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject"],"Resource":["%s/*"]}]}\n' \
    "$arn" "$arn" >"$folder/app.json"
mc admin policy create store "$policy" "$folder/app.json"
mc admin user add store "$AWS_KEY_ID" "$AWS_ACCESS_KEY" >/dev/null

# Attaching a policy twice is an error for `mc`.
case $(mc admin user info store "$AWS_KEY_ID") in
*"$policy"*) ;;
*) mc admin policy attach store "$policy" --user "$AWS_KEY_ID" >/dev/null ;;
esac

rm -r "$folder"
echo "bucket-setup: bucket $AWS_BUCKET_NAME is ready"
