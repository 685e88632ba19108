//! The table of settings.

/// A setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The key in the file and, after `--`, the flag.
    pub(crate) key: &'static str,
    /// What the value is, in capitals; `BOOL` values may be left out on the command line.
    pub(crate) value: &'static str,
    /// The value where nobody gives one.
    pub(crate) default: &'static str,
    /// What it is for.
    pub(crate) help: &'static str,
}

impl Setting {
    /// The environment variable: `B2BI_LOCAL_` and the key in capitals.
    pub(crate) fn variable(&self) -> String {
        format!("B2BI_LOCAL_{}", self.key.replace('-', "_").to_uppercase())
    }

    /// Whether the value is a whole number; an account is not, it may begin with zeros.
    pub(crate) fn is_number(&self) -> bool {
        ["BYTES", "COUNT", "NUMBER", "SECONDS"].contains(&self.value)
    }

    /// Whether there may be several values: the flag may be repeated, and commas stand between them.
    pub(crate) fn is_list(&self) -> bool {
        self.value.ends_with(",...")
    }

    /// Whether the value is true or false.
    pub(crate) fn is_switch(&self) -> bool {
        self.value == "BOOL"
    }
}

/// Every setting, in the order of `--help` and `--print-config`.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        key: "listen",
        value: "HOST:PORT",
        default: "127.0.0.1:4577",
        help: "Address to serve on; port 0 takes a free one",
    },
    Setting {
        key: "account",
        value: "ACCOUNT",
        default: "123456789012",
        help: "Account of callers whose request names none",
    },
    Setting {
        key: "region",
        value: "REGION",
        default: "us-east-1",
        help: "Region of callers whose request names none",
    },
    Setting {
        key: "decode-access-keys",
        value: "BOOL",
        default: "false",
        help: "Take the account that an AKIA or ASIA access key encodes",
    },
    Setting {
        key: "verify-signatures",
        value: "BOOL",
        default: "false",
        help: "Refuse requests that are not signed with one of the credentials",
    },
    Setting {
        key: "credentials",
        value: "KEY:SECRET,...",
        default: "",
        help: "Access keys and secrets for verify-signatures",
    },
    Setting {
        key: "strict",
        value: "BOOL",
        default: "false",
        help: "Refuse requests with members that the service model does not have",
    },
    Setting {
        key: "admin-token",
        value: "TOKEN",
        default: "",
        help: "Token that requests to the server's own routes must bring; needed where others can reach them",
    },
    Setting {
        key: "allowed-hosts",
        value: "HOST,...",
        default: "",
        help: "Names of this machine besides localhost, for the server's own routes",
    },
    Setting {
        key: "allowed-origins",
        value: "ORIGIN,...",
        default: "",
        help: "Origins of web pages that may send requests, besides those of this machine; * for all",
    },
    Setting {
        key: "max-connections",
        value: "COUNT",
        default: "1000",
        help: "Most connections at a time",
    },
    Setting {
        key: "max-headers",
        value: "COUNT",
        default: "100",
        help: "Most headers of a request",
    },
    Setting {
        key: "max-header-bytes",
        value: "BYTES",
        default: "131072",
        help: "Longest head of a request, at least 8192",
    },
    Setting {
        key: "header-seconds",
        value: "SECONDS",
        default: "30",
        help: "How long a request's head may take, and a connection be idle",
    },
    Setting {
        key: "silence-seconds",
        value: "SECONDS",
        default: "60",
        help: "How long a client may send no more of a body, or take no more of a reply",
    },
    Setting {
        key: "max-body-bytes",
        value: "BYTES",
        default: "16777216",
        help: "Largest body of an API request",
    },
    Setting {
        key: "data-dir",
        value: "DIRECTORY",
        default: "",
        help: "Directory that keeps state and objects; without it they end with the server",
    },
    Setting {
        key: "quotas",
        value: "BOOL",
        default: "true",
        help: "Enforce the quotas below",
    },
    Setting {
        key: "quota-profiles",
        value: "COUNT",
        default: "5",
        help: "Profiles an account may have in a region",
    },
    Setting {
        key: "quota-transformers",
        value: "COUNT",
        default: "500",
        help: "Transformers an account may have in a region",
    },
    Setting {
        key: "quota-capabilities",
        value: "COUNT",
        default: "100",
        help: "Capabilities an account may have in a region",
    },
    Setting {
        key: "quota-partnerships",
        value: "COUNT",
        default: "700",
        help: "Partnerships an account may have in a region",
    },
    Setting {
        key: "test-parsing-bytes",
        value: "BYTES",
        default: "250000",
        help: "Largest file that TestParsing takes",
    },
    Setting {
        key: "job-bytes",
        value: "BYTES",
        default: "150000000",
        help: "Largest file that a transformer job takes",
    },
    Setting {
        key: "split-bytes",
        value: "BYTES",
        default: "5000000000",
        help: "Largest file that is split by transaction",
    },
    Setting {
        key: "job-concurrency",
        value: "COUNT",
        default: "8",
        help: "Jobs at work at the same time; the others wait for their turn",
    },
    Setting {
        key: "job-duration",
        value: "immediate|TIME|polls(COUNT)",
        default: "immediate",
        help: "How long jobs take besides the work: a time such as 5s, or until asked for so often",
    },
    Setting {
        key: "document-layout",
        value: "pretty|compact",
        default: "pretty",
        help: "How the service-defined document is laid out as JSON",
    },
    Setting {
        key: "loop-names",
        value: "FILE",
        default: "",
        help: "Table of loop names to use in place of the standard's",
    },
    Setting {
        key: "split-transactions",
        value: "COUNT",
        default: "100",
        help: "Most transactions of a file that is split",
    },
    Setting {
        key: "mapping-seconds",
        value: "SECONDS",
        default: "10",
        help: "How long the evaluation of a mapping template may take",
    },
    Setting {
        key: "mapping-output-bytes",
        value: "BYTES",
        default: "67108864",
        help: "Longest output of a mapping template, and longest string in it",
    },
    Setting {
        key: "xslt-command",
        value: "COMMAND",
        default: "",
        help: "Processor for XSLT 2.0 and 3.0, called with a template and an input file",
    },
    Setting {
        key: "xslt-memory-bytes",
        value: "BYTES",
        default: "1073741824",
        help: "Most memory that a template in XSLT may take",
    },
    Setting {
        key: "test-mapping-reply",
        value: "literal|plain",
        default: "literal",
        help: "Whether TestMapping answers with a JSON string literal or the document itself",
    },
    Setting {
        key: "idempotency",
        value: "client-token|none",
        default: "client-token",
        help: "Whether a repeated clientToken replays the first reply",
    },
    Setting {
        key: "s3-shared",
        value: "BOOL",
        default: "false",
        help: "Let all accounts see the same buckets",
    },
    Setting {
        key: "s3-domain",
        value: "DOMAIN,...",
        default: "localhost,amazonaws.com",
        help: "Domains under which BUCKET.DOMAIN names a bucket",
    },
    Setting {
        key: "s3-max-object-bytes",
        value: "BYTES",
        default: "5368709120",
        help: "Largest object or part that the embedded S3 takes in one request",
    },
    Setting {
        key: "s3-endpoint",
        value: "URL",
        default: "",
        help: "S3 that has the objects in the place of the embedded one, such as http://127.0.0.1:9000",
    },
    Setting {
        key: "s3-access-key-id",
        value: "KEY",
        default: "",
        help: "Access key for s3-endpoint; without it AWS_ACCESS_KEY_ID, else the caller's account, as `account` says outright",
    },
    Setting {
        key: "s3-secret-access-key",
        value: "SECRET",
        default: "",
        help: "Secret of s3-access-key-id",
    },
    Setting {
        key: "s3-region",
        value: "REGION",
        default: "",
        help: "Region of s3-endpoint; without it AWS_REGION, else that of callers",
    },
    Setting {
        key: "s3-addressing",
        value: "path|virtual",
        default: "path",
        help: "Whether s3-endpoint wants a bucket in the path or in the host",
    },
    Setting {
        key: "s3-poll-ms",
        value: "NUMBER",
        default: "1000",
        help: "Milliseconds between looks for new files in s3-endpoint; 0 leaves it to /_b2bi/s3-events",
    },
    Setting {
        key: "clock",
        value: "real|manual",
        default: "real",
        help: "Whether the clock goes by itself, or only when /_b2bi/clock tells it to",
    },
    Setting {
        key: "clock-start",
        value: "TIME",
        default: "now",
        help: "What the clock shows first, such as 2026-01-31T09:30:00Z",
    },
    Setting {
        key: "upstream",
        value: "URL",
        default: "",
        help: "Emulator that answers for every service that is not here, such as http://127.0.0.1:5000",
    },
    Setting {
        key: "upstream-services",
        value: "SERVICE,...",
        default: "",
        help: "Services that are here and are passed upstream all the same: s3, sts",
    },
    Setting {
        key: "init",
        value: "DIR",
        default: "",
        help: "Folder of YAML and JSON files with what a fresh server holds",
    },
    Setting {
        key: "faults",
        value: "RULES",
        default: "",
        help: "Faults to inject, such as 'CreateProfile=2*error(ThrottlingException)->off'",
    },
    Setting {
        key: "fault-header",
        value: "BOOL",
        default: "true",
        help: "Let a request bring a fault of its own in x-mock-fault",
    },
    Setting {
        key: "fault-ids",
        value: "BOOL",
        default: "true",
        help: "Name the rule behind an injected reply in x-b2bi-fault-id",
    },
    Setting {
        key: "journal-size",
        value: "COUNT",
        default: "1000",
        help: "Requests that /_b2bi/journal holds; 0 keeps none",
    },
    Setting {
        key: "events-size",
        value: "COUNT",
        default: "10000",
        help: "Events that /_b2bi/events holds, and records that /_b2bi/logs holds; 0 keeps none",
    },
    Setting {
        key: "events-file",
        value: "FILE,...",
        default: "",
        help: "File that every event is added to as a line of JSON",
    },
    Setting {
        key: "events-webhook",
        value: "URL,...",
        default: "",
        help: "Address that every event is posted to as JSON",
    },
    Setting {
        key: "events-eventbridge",
        value: "URL,...",
        default: "",
        help: "EventBridge of moto, LocalStack or AWS that every event is put on",
    },
    Setting {
        key: "logs-endpoint",
        value: "URL,...",
        default: "",
        help: "CloudWatch Logs of moto, LocalStack or AWS that every log record is put into",
    },
    Setting {
        key: "events-source",
        value: "SOURCE",
        default: "aws.b2bi",
        help: "Source of the events on events-eventbridge; AWS itself takes none that begins with aws.",
    },
    Setting {
        key: "sink-credentials",
        value: "KEY:SECRET[:TOKEN]",
        default: "",
        help: "Who puts them there, where keys are checked; without any it is each event's account",
    },
    Setting {
        key: "sink-attempts",
        value: "COUNT",
        default: "6",
        help: "How often an event or a log record is tried on each of these before it is given up",
    },
    Setting {
        key: "seed",
        value: "NUMBER",
        default: "random",
        help: "Seed of ids and of faults' draws, for a run that can be repeated",
    },
    Setting {
        key: "stop-with-input",
        value: "BOOL",
        default: "false",
        help: "Stop when standard input ends, so as not to outlive who started the server",
    },
    Setting {
        key: "drain-seconds",
        value: "SECONDS",
        default: "5",
        help: "How long requests in flight may take after a signal to stop",
    },
    Setting {
        key: "log",
        value: "LEVEL",
        default: "info",
        help: "What to log: off, error, warn, info, debug or trace",
    },
    Setting {
        key: "log-format",
        value: "text|json",
        default: "text",
        help: "How log lines look",
    },
    Setting {
        key: "log-requests",
        value: "BOOL",
        default: "false",
        help: "Log a line for every request",
    },
];
