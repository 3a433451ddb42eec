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
    error::SdkError,
    primitives::ByteStream,
};
use bytes::Bytes;
use domain::catalogue::PosterKey;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
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

#[async_trait]
impl PosterStore for S3PosterStore {
    async fn put(&self, key: &PosterKey, bytes: Bytes) -> Result<(), PosterStoreError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key.as_str())
            .content_type(key.format().media_type())
            .cache_control(CACHE_CONTROL)
            .body(ByteStream::from(bytes));
        request.send().await.map(drop).map_err(unavailable)
    }

    async fn exists(&self, key: &PosterKey) -> Result<bool, PosterStoreError> {
        let request = self.client.head_object().bucket(&self.bucket);
        match request.key(key.as_str()).send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(answer)) if answer.err().is_not_found() => Ok(false),
            Err(failure) => Err(unavailable(failure)),
        }
    }

    async fn remove(&self, key: &PosterKey) -> Result<(), PosterStoreError> {
        // The protocol makes removing what is not there succeed.
        let request = self.client.delete_object().bucket(&self.bucket);
        let answer = request.key(key.as_str()).send().await;
        answer.map(drop).map_err(unavailable)
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
