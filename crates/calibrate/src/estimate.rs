//! Estimates what a run needs: calls, money, permissions.

use serde_json::{Value, json};

use crate::battery::{Battery, Question};

/// Requests of the clean-up at the end.
const CLEAN_UP: usize = 12;

/// The approximate maximum size of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Questions.
    pub questions: usize,
    /// Requests, including those that create and delete.
    pub calls: usize,
    /// US dollars.
    pub cost: f64,
}

impl Estimate {
    /// The estimate for these questions.
    #[must_use]
    pub fn of(battery: &Battery, questions: &[&Question]) -> Self {
        let needs: Vec<String> = questions
            .iter()
            .flat_map(|question| question.needs.clone())
            .collect();
        let shared: usize = battery
            .setups_of(&needs)
            .iter()
            .map(|setup| setup.steps.len())
            .sum();
        let steps: usize = questions.iter().map(|question| question.steps.len()).sum();
        // Each request may make something that is deleted, or be polled.
        Self {
            questions: questions.len(),
            calls: (shared + steps) * 3 / 2 + CLEAN_UP,
            cost: questions.iter().map(|question| question.cost).sum(),
        }
    }
}

/// The IAM policy that a run needs.
#[must_use]
pub fn policy(bucket: Option<&str>) -> Value {
    let bucket = bucket.unwrap_or("b2bi-local-calibration-*");
    let mut buckets = vec!["arn:aws:s3:::b2bi-local-calibration-*".to_owned()];
    let mut objects = vec!["arn:aws:s3:::b2bi-local-calibration-*/*".to_owned()];
    if !bucket.starts_with("b2bi-local-calibration-") {
        buckets.push(format!("arn:aws:s3:::{bucket}"));
        objects.push(format!("arn:aws:s3:::{bucket}/b2bi-local-calibration-*"));
    }
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Questions",
                "Effect": "Allow",
                "Action": [
                    "b2bi:Create*", "b2bi:Delete*", "b2bi:Get*", "b2bi:List*", "b2bi:Update*",
                    "b2bi:StartTransformerJob", "b2bi:TagResource", "b2bi:UntagResource",
                    "b2bi:TestConversion", "b2bi:TestMapping", "b2bi:TestParsing", "b2bi:GenerateMapping",
                    "cloudformation:CreateResource", "cloudformation:CreateStack", "cloudformation:DeleteStack",
                    "cloudformation:Describe*", "cloudformation:GetResource",
                    "cloudformation:GetResourceRequestStatus", "cloudformation:TagResource",
                    "cloudformation:UpdateStack", "cloudformation:ValidateTemplate",
                    "s3:ListAllMyBuckets", "sts:GetCallerIdentity"
                ],
                "Resource": "*"
            },
            {
                "Sid": "LogGroupsOfProfiles",
                "Effect": "Allow",
                "Action": [
                    "logs:CreateLogDelivery", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DeleteLogGroup",
                    "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:DescribeResourcePolicies",
                    "logs:FilterLogEvents", "logs:GetLogEvents", "logs:ListLogDeliveries",
                    "logs:PutResourcePolicy", "logs:PutRetentionPolicy"
                ],
                "Resource": "*"
            },
            {"Sid": "OwnBuckets", "Effect": "Allow", "Action": "s3:*", "Resource": buckets},
            {"Sid": "OwnObjects", "Effect": "Allow", "Action": "s3:*", "Resource": objects}
        ]
    })
}
