//! The acknowledgements of an inbound file: a 997 or 999, and a TA1.

use b2bi_local_model::types::{
    X12FunctionalAcknowledgment, X12TechnicalAcknowledgment, X12Version,
};
use b2bi_local_x12::{
    AcknowledgementForm, AcknowledgementOptions, Findings, FirstControlNumbers, ReadReport,
    ReceivedInterchanges, TransactionKind, Validation, Version, acknowledge,
    acknowledge_interchanges,
};

use super::envelope;
use super::error::StageError;
use super::events::{Acknowledged, Transformation};
use super::run::{JobError, Run};
use crate::location::Location;
use crate::stages::Stage;
use crate::state::control_numbers::CounterKeys;
use crate::state::job::CapabilityRoute;

/// The sets of acknowledgements, which are not acknowledged.
const ACKNOWLEDGEMENTS: [&str; 2] = ["997", "999"];

/// An acknowledgement to create.
pub(super) struct AcknowledgementKind {
    /// The suffix of its file's name.
    suffix: &'static str,
    /// Its type in events.
    ///
    /// Source: Assumption A-76.
    pub(super) set: &'static str,
    /// Its version in events.
    pub(super) version: Option<X12Version>,
    /// `None` for a TA1.
    form: Option<AcknowledgementForm>,
    details: bool,
}

impl Run {
    /// Creates and writes the acknowledgements that the partnership requests, once for each file.
    ///
    /// One that fails is reported, and the transformation continues.
    pub(super) async fn acknowledge(
        &self,
        received: &ReceivedInterchanges,
        reading: &ReadReport,
        validation: &Validation,
        result: &mut Transformation,
    ) -> Result<(), JobError> {
        let kinds = kinds(self.spec.route.as_ref(), reading);
        if kinds.is_empty() {
            return Ok(());
        }
        let findings = Findings::new(reading, Some(validation));
        let entered = match self.enter(Stage::Acknowledge).await {
            Err(JobError::Failed(_, reason)) => Err(reason),
            Err(JobError::Vanished) => return Err(JobError::Vanished),
            Ok(()) => Ok(()),
        };
        for kind in kinds {
            let written = match &entered {
                Ok(()) => self.acknowledge_as(&kind, received, &findings).await,
                Err(reason) => Err(StageError::Refused(reason.clone())),
            };
            let status = match &written {
                Ok(None) => continue,
                Ok(Some((_, _, errors))) => Acknowledged::Completed { errors: *errors },
                Err(_) => Acknowledged::Failed,
            };
            result.acknowledged(status);
            self.emit_acknowledgement_event(&kind, written);
        }
        Ok(())
    }

    /// Writes one, unless there is nothing to acknowledge; returns its location, its size, and
    /// whether it reports errors.
    async fn acknowledge_as(
        &self,
        kind: &AcknowledgementKind,
        received: &ReceivedInterchanges,
        findings: &Findings<'_>,
    ) -> Result<Option<(Location, usize, bool)>, StageError> {
        let location = self.spec.acknowledgement(kind.suffix);
        let now = self.context.environment.clock.now();
        let draft = |numbers: FirstControlNumbers| {
            let (date, time) = envelope::date_and_time(now);
            let how = AcknowledgementOptions {
                form: kind.form.clone().unwrap_or(AcknowledgementForm::Functional),
                details: kind.details,
                date,
                time,
                numbers,
            };
            match kind.form {
                Some(_) => acknowledge(received, findings, &how),
                None => acknowledge_interchanges(received, findings, &how),
            }
        };
        let starts = envelope::starts(self.spec.route.as_ref().map(|route| &route.partnership));
        let Some(unnumbered) = draft(starts.numbers()) else {
            return Ok(None);
        };
        let counted = CounterKeys::of(&unnumbered);
        let write = |numbers| Ok(draft(numbers).unwrap_or_default());
        let text = self
            .publish_numbered(&location, (counted, starts), write, Vec::new())
            .await?;
        Ok(Some((location, text.len(), is_negative(&text))))
    }
}

impl Run {
    /// Whether the file needs an acknowledgement.
    pub(super) fn owes_acknowledgements(&self) -> bool {
        !kinds(self.spec.route.as_ref(), &ReadReport::default()).is_empty()
    }
}

/// The acknowledgements to create.
///
/// Source: without options all are created; a file that cannot be read to its end gets only a TA1:
/// Assumption A-73.
fn kinds(route: Option<&CapabilityRoute>, reading: &ReadReport) -> Vec<AcknowledgementKind> {
    let options = route
        .and_then(|route| route.partnership.capability_options.as_ref())
        .and_then(|route| {
            route
                .inbound_edi
                .as_ref()?
                .x12
                .as_ref()?
                .acknowledgment_options
                .as_ref()
        });
    let functional = options.map_or(
        X12FunctionalAcknowledgment::GenerateAllSegments,
        |options| options.functional_acknowledgment,
    );
    let technical = options.map_or(X12TechnicalAcknowledgment::GenerateAllSegments, |options| {
        options.technical_acknowledgment
    });
    let mut kinds = Vec::new();
    if functional != X12FunctionalAcknowledgment::DoNotGenerate && reading.fatal().is_none() {
        let details = functional == X12FunctionalAcknowledgment::GenerateAllSegments;
        kinds.push(functional_kind(&reading.contents, details));
    }
    if technical != X12TechnicalAcknowledgment::DoNotGenerate {
        kinds.push(AcknowledgementKind {
            suffix: "TA1",
            set: "TA1",
            version: None,
            form: None,
            details: false,
        });
    }
    kinds
}

fn functional_kind(contents: &[TransactionKind], details: bool) -> AcknowledgementKind {
    // All transactions of an accepted file have the same set and version.
    let mut answered = contents
        .iter()
        .filter(|content| !ACKNOWLEDGEMENTS.contains(&content.set.as_ref()));
    let form = answered
        .next()
        .map_or(AcknowledgementForm::Functional, |item| {
            AcknowledgementForm::due(&item.group_version, &item.set)
        });
    let versions = contents.iter().find_map(|content| content.version);
    let (suffix, set, version) = match form {
        AcknowledgementForm::Functional | AcknowledgementForm::ByGroup => {
            ("997", "X12_997", versions.map(model_version))
        }
        AcknowledgementForm::Implementation(None) => {
            ("999", "X12_999", Some(X12Version::Version5010))
        }
        AcknowledgementForm::Implementation(Some(_)) => (
            "999x231",
            "X12_999_X231",
            Some(X12Version::Version5010Hipaa),
        ),
    };
    AcknowledgementKind {
        suffix,
        set,
        version,
        form: Some(AcknowledgementForm::ByGroup),
        details,
    }
}

fn model_version(version: Version) -> X12Version {
    match version {
        Version::V4010 => X12Version::Version4010,
        Version::V4030 => X12Version::Version4030,
        Version::V4050 => X12Version::Version4050,
        Version::V4060 => X12Version::Version4060,
        Version::V5010 => X12Version::Version5010,
    }
}

/// Whether an acknowledgement reports a part that is not simply accepted: TA104 or AK901.
fn is_negative(text: &[u8]) -> bool {
    let (Some(element), Some(terminator)) = (text.get(3), text.get(105)) else {
        return false;
    };
    text.split(|text| text == terminator).any(|segment| {
        let mut elements = segment
            .trim_ascii_start()
            .split(|trim_ascii_start| trim_ascii_start == element);
        let verdict = match elements.next() {
            Some(b"TA1") => elements.nth(3),
            Some(b"AK9") => elements.next(),
            _ => None,
        };
        verdict.is_some_and(|verdict| verdict != b"A")
    })
}
