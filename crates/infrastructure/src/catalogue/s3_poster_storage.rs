//! Posters as objects in a bucket of S3 or of a server that speaks like it.
use crate::readiness::asked;
use application::{
    catalogue::ports::{PosterStore, PosterStoreError},
    shared::store::Cause,
};
use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    config::{
        BehaviorVersion, Config, Credentials, Region, RequestChecksumCalculation,
        ResponseChecksumValidation, retry::RetryConfig, timeout::TimeoutConfig,
    },
    error::{ProvideErrorMetadata, SdkError},
    operation::put_object::PutObjectError,
    primitives::ByteStream,
};
use bytes::Bytes;
use domain::catalogue::{PictureFormat, PosterImage, PosterKey};
use futures_util::future::try_join_all;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use telemetry::Call;
use tokio::time::timeout;
use url::Url;

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const ATTEMPT_WITHIN: Duration = Duration::from_secs(6);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const ATTEMPTS: u32 = 2;
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
/// A key stands for one content for ever.
const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// Where the bucket is and who may write to it.
#[derive(Clone, Debug)]
pub struct S3Config {
    /// The server's address; none stands for that of AWS.
    pub endpoint: Option<Url>,
    /// The region; servers other than AWS take any.
    pub region: String,
    /// The bucket, which must be there.
    pub bucket: String,
    /// The access key's name.
    pub key_id: String,
    /// The access key's secret.
    pub secret: SecretString,
}

/// Keeps posters as objects, named by their keys.
#[derive(Clone, Debug)]
pub struct S3PosterStore {
    client: Client,
    bucket: String,
}

impl S3PosterStore {
    /// Prepares to talk to the server; nothing is asked of it yet.
    #[must_use]
    pub fn connect(config: &S3Config) -> Self {
        let credentials = Credentials::new(
            &config.key_id,
            config.secret.expose_secret(),
            None,
            None,
            "configuration",
        );
        let mut sdk = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(config.region.clone()))
            .credentials_provider(credentials)
            .timeout_config(timeouts())
            .retry_config(retries())
            // A server at an address of its own seldom has a domain for each bucket.
            .force_path_style(true)
            // The request is signed with its digest; more checksums are not understood everywhere.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if let Some(endpoint) = &config.endpoint {
            sdk = sdk.endpoint_url(endpoint.as_str());
        }
        Self {
            client: Client::from_conf(sdk.build()),
            bucket: config.bucket.clone(),
        }
    }
}

impl S3PosterStore {
    async fn put_object(
        &self,
        name: &str,
        format: PictureFormat,
        bytes: Bytes,
    ) -> Result<(), PosterStoreError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(name)
            .content_type(format.media_type())
            .cache_control(CACHE_CONTROL)
            .body(ByteStream::from(bytes));
        let answer = traced("PUT s3", request.send());
        answer.await.map(drop).map_err(not_stored)
    }

    /// Stores what only instances of the service read.
    pub(crate) async fn put_private(
        &self,
        name: &str,
        bytes: Bytes,
    ) -> Result<(), PosterStoreError> {
        let request = self.client.put_object().bucket(&self.bucket).key(name);
        let answer = request.body(ByteStream::from(bytes)).send().await;
        answer.map(drop).map_err(not_stored)
    }

    async fn has_object(&self, name: &str) -> Result<bool, PosterStoreError> {
        let request = self.client.head_object().bucket(&self.bucket);
        match traced("HEAD s3", request.key(name).send()).await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(answer)) if answer.err().is_not_found() => Ok(false),
            Err(failure) => Err(unavailable(failure)),
        }
    }

    pub(crate) async fn get_object(&self, name: &str) -> Result<Option<Bytes>, PosterStoreError> {
        let request = self.client.get_object().bucket(&self.bucket);
        let object = match traced("GET s3", request.key(name).send()).await {
            Ok(object) => object,
            Err(SdkError::ServiceError(answer)) if answer.err().is_no_such_key() => {
                return Ok(None);
            }
            Err(failure) => return Err(unavailable(failure)),
        };
        // The client's own times end with the head of the answer.
        let body = timeout(ANSWER_WITHIN, object.body.collect()).await;
        let body = body.map_err(unavailable)?.map_err(unavailable)?;
        Ok(Some(body.into_bytes()))
    }

    pub(crate) async fn delete_object(&self, name: &str) -> Result<(), PosterStoreError> {
        // The protocol makes removing what is not there succeed.
        let request = self.client.delete_object().bucket(&self.bucket);
        let answer = traced("DELETE s3", request.key(name).send()).await;
        answer.map(drop).map_err(unavailable)
    }
}

/// Asks as a step of the trace that this is part of. The store is not told of the trace, since what it
/// does not know might not be signed.
fn traced<T, E>(
    name: &'static str,
    asking: impl Future<Output = Result<T, E>>,
) -> impl Future<Output = Result<T, E>> {
    let step = move || Call::outside(name).with("rpc.system", "aws-api");
    // The library's futures are large.
    telemetry::call(step, Box::pin(asking), |answer: &Result<T, E>| {
        answer.is_err().then_some("failed")
    })
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_WITHIN)
        .operation_attempt_timeout(ATTEMPT_WITHIN)
        .operation_timeout(ANSWER_WITHIN)
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_BACKOFF)
}

fn unavailable(cause: impl Into<Cause>) -> PosterStoreError {
    PosterStoreError::Unavailable(cause.into())
}

/// Tells apart a server without room: by the status that means it, or by the words of servers that
/// use another.
fn not_stored(failure: SdkError<PutObjectError>) -> PosterStoreError {
    const FULL: [&str; 4] = [
        "XMinioStorageFull",
        "XMinioAdminBucketQuotaExceeded",
        "QuotaExceeded",
        "StorageFull",
    ];
    const INSUFFICIENT_STORAGE: u16 = 507;
    let is_full = failure
        .as_service_error()
        .is_some_and(|answer| answer.code().is_some_and(|code| FULL.contains(&code)))
        || failure
            .raw_response()
            .is_some_and(|answer| answer.status().as_u16() == INSUFFICIENT_STORAGE);
    if is_full {
        PosterStoreError::Full(failure.into())
    } else {
        unavailable(failure)
    }
}

#[async_trait]
impl PosterStore for S3PosterStore {
    async fn put(&self, key: &PosterKey, bytes: Bytes) -> Result<(), PosterStoreError> {
        self.put_object(key.as_str(), key.format(), bytes).await
    }

    async fn fetch(&self, key: &PosterKey) -> Result<Option<Bytes>, PosterStoreError> {
        self.get_object(key.as_str()).await
    }

    async fn put_image(&self, image: &PosterImage, bytes: Bytes) -> Result<(), PosterStoreError> {
        let name = image.to_string();
        self.put_object(&name, image.format.as_picture(), bytes)
            .await?;
        // Looked at only now: whoever removes the poster from here on removes the image too.
        if self.has_object(image.poster.as_str()).await? {
            return Ok(());
        }
        self.delete_object(&name).await
    }

    async fn fetch_image(&self, image: &PosterImage) -> Result<Option<Bytes>, PosterStoreError> {
        self.get_object(&image.to_string()).await
    }

    async fn remove(&self, key: &PosterKey) -> Result<(), PosterStoreError> {
        // The poster goes first, so that no image is kept from then on.
        self.delete_object(key.as_str()).await?;
        let images = PosterImage::all_of(key).into_iter();
        let names: Vec<String> = images.map(|image| image.to_string()).collect();
        try_join_all(names.iter().map(|name| self.delete_object(name))).await?;
        Ok(())
    }

    async fn check(&self) -> Result<(), PosterStoreError> {
        let answer = async {
            let bucket = self.client.head_bucket().bucket(&self.bucket);
            bucket.send().await.map(drop).map_err(unavailable)
        };
        asked(answer, unavailable).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_not_printed() {
        let config = S3Config {
            endpoint: None,
            region: "eu-central-1".into(),
            bucket: "posters".into(),
            key_id: "key".into(),
            secret: "wLvJ4xq0".to_owned().into(),
        };
        assert!(!format!("{config:?}").contains("wLvJ4xq0"));
        let store = S3PosterStore::connect(&config);
        assert!(!format!("{store:?}").contains("wLvJ4xq0"));
    }
}
