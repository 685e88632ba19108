//! The table of settings.

use b2bi_local_faults::similar;

/// A setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The key in the file and, after `--`, the flag.
    pub(crate) key: &'static str,
    /// Form of the value, in capitals. A `BOOL` may be omitted on the command line.
    pub(crate) value: &'static str,
    /// Default value; empty if there is none.
    pub(crate) default: &'static str,
    /// Help text for `--help` and the documents.
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

    /// Whether the value is a path, or several.
    pub(crate) fn is_path(&self) -> bool {
        ["DIR", "DIRECTORY", "FILE", "FILE,..."].contains(&self.value)
    }

    /// The choice that a value looks like, where the setting is a choice.
    pub(crate) fn choice_like(&self, value: &str) -> Option<&'static str> {
        let choices: Vec<&'static str> = match self.value {
            "BOOL" => vec!["true", "false"],
            "LEVEL" => vec!["off", "error", "warn", "info", "debug", "trace"],
            choices if choices.contains('|') => choices.split('|').collect(),
            _ => return None,
        };
        let is_word = |choice: &&str| !choice.contains(|c: char| c.is_ascii_uppercase());
        let words: Vec<&'static str> = choices.into_iter().filter(is_word).collect();
        similar(value, &words)
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
        help: "Address to listen on; port 0 takes a free port",
    },
    Setting {
        key: "account",
        value: "ACCOUNT",
        default: "123456789012",
        help: "Account of requests that name none",
    },
    Setting {
        key: "region",
        value: "REGION",
        default: "us-east-1",
        help: "Region of requests that name none",
    },
    Setting {
        key: "decode-access-keys",
        value: "BOOL",
        default: "false",
        help: "Read the account from AKIA and ASIA access keys",
    },
    Setting {
        key: "verify-signatures",
        value: "BOOL",
        default: "false",
        help: "Check signatures against the configured credentials",
    },
    Setting {
        key: "credentials",
        value: "KEY:SECRET[:TOKEN],...",
        default: "",
        help: "Access keys, secrets and session tokens for verify-signatures",
    },
    Setting {
        key: "strict",
        value: "BOOL",
        default: "false",
        help: "Refuse members that the service model does not have",
    },
    Setting {
        key: "admin-token",
        value: "TOKEN",
        default: "",
        help: "Bearer token required by the admin API (/_b2bi/...); set one when listening beyond loopback",
    },
    Setting {
        key: "allowed-hosts",
        value: "HOST,...",
        default: "",
        help: "Host names, besides loopback names, that browsers and the admin API may use; *.NAME and * allow more",
    },
    Setting {
        key: "allowed-origins",
        value: "ORIGIN,...",
        default: "",
        help: "Origins of web pages that may send requests, besides loopback origins; * allows all",
    },
    Setting {
        key: "max-connections",
        value: "COUNT",
        default: "1000",
        help: "Maximum number of open connections",
    },
    Setting {
        key: "max-headers",
        value: "COUNT",
        default: "100",
        help: "Maximum number of headers in a request",
    },
    Setting {
        key: "max-header-bytes",
        value: "BYTES",
        default: "131072",
        help: "Maximum size of a request line and headers, at least 8192",
    },
    Setting {
        key: "header-seconds",
        value: "SECONDS",
        default: "30",
        help: "Timeout for receiving the headers of a request, and for an idle connection",
    },
    Setting {
        key: "silence-seconds",
        value: "SECONDS",
        default: "60",
        help: "Idle timeout for reading a request body or writing a response",
    },
    Setting {
        key: "max-body-bytes",
        value: "BYTES",
        default: "16777216",
        help: "Maximum size of the body of an API request",
    },
    Setting {
        key: "data-dir",
        value: "DIRECTORY",
        default: "",
        help: "Directory for durable state and objects; without it they are lost on exit",
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
        help: "Maximum number of profiles in an account and region",
    },
    Setting {
        key: "quota-transformers",
        value: "COUNT",
        default: "500",
        help: "Maximum number of transformers in an account and region",
    },
    Setting {
        key: "quota-capabilities",
        value: "COUNT",
        default: "100",
        help: "Maximum number of capabilities in an account and region",
    },
    Setting {
        key: "quota-partnerships",
        value: "COUNT",
        default: "700",
        help: "Maximum number of partnerships in an account and region",
    },
    Setting {
        key: "test-parsing-bytes",
        value: "BYTES",
        default: "250000",
        help: "Maximum size of a file for TestParsing",
    },
    Setting {
        key: "job-bytes",
        value: "BYTES",
        default: "150000000",
        help: "Maximum size of a file for a transformer job",
    },
    Setting {
        key: "split-bytes",
        value: "BYTES",
        default: "5000000000",
        help: "Maximum size of a file that is split by transaction",
    },
    Setting {
        key: "job-concurrency",
        value: "COUNT",
        default: "8",
        help: "Jobs that run at the same time; the others are queued",
    },
    Setting {
        key: "jobs-in-memory",
        value: "COUNT",
        default: "10000",
        help: "Ended jobs kept in memory; older ones are read from --data-dir, and are forgotten without it",
    },
    Setting {
        key: "jobs-remembered",
        value: "COUNT",
        default: "1000000",
        help: "Older jobs of an account and region kept in --data-dir; without it, only that their files are done",
    },
    Setting {
        key: "job-duration",
        value: "immediate|TIME|polls(COUNT)",
        default: "immediate",
        help: "When a job ends: with its work, after a time such as 5s, or after that many GetTransformerJob calls",
    },
    Setting {
        key: "document-layout",
        value: "pretty|compact",
        default: "pretty",
        help: "JSON layout of the service-defined document",
    },
    Setting {
        key: "loop-names",
        value: "FILE",
        default: "",
        help: "File that overrides names in the table of loop names",
    },
    Setting {
        key: "split-transactions",
        value: "COUNT",
        default: "100",
        help: "Maximum number of transactions in a file that is split",
    },
    Setting {
        key: "mapping-seconds",
        value: "SECONDS",
        default: "10",
        help: "Time limit for evaluating a mapping template",
    },
    Setting {
        key: "mapping-output-bytes",
        value: "BYTES",
        default: "67108864",
        help: "Maximum size of the output of a mapping template, and of a string in it",
    },
    Setting {
        key: "mapping-memory-bytes",
        value: "BYTES",
        default: "2147483648",
        help: "Memory limit of a JSONata worker process",
    },
    Setting {
        key: "xslt-command",
        value: "COMMAND",
        default: "",
        help: "Command that runs XSLT 2.0 and 3.0 templates, called with a template file and an input file",
    },
    Setting {
        key: "xslt-memory-bytes",
        value: "BYTES",
        default: "1073741824",
        help: "Memory limit of an XSLT worker process",
    },
    Setting {
        key: "test-mapping-reply",
        value: "literal|plain",
        default: "literal",
        help: "Form of TestMapping's output: a JSON string literal, or the document itself",
    },
    Setting {
        key: "idempotency",
        value: "client-token|none",
        default: "client-token",
        help: "Whether a repeated clientToken returns the first response",
    },
    Setting {
        key: "client-tokens",
        value: "COUNT",
        default: "10000",
        help: "Responses kept for repeated clientTokens, of each account and region; the oldest is dropped",
    },
    Setting {
        key: "stale-history-bytes",
        value: "BYTES",
        default: "67108864",
        help: "Memory for the changes that stale fault rules look back on; the oldest are dropped",
    },
    Setting {
        key: "max-problems",
        value: "COUNT",
        default: "10000",
        help: "Problems of an X12 file that are listed; the others are counted, and count for its acknowledgements",
    },
    Setting {
        key: "s3-shared",
        value: "BOOL",
        default: "false",
        help: "Let all accounts share the same buckets",
    },
    Setting {
        key: "s3-domain",
        value: "DOMAIN,...",
        default: "localhost,amazonaws.com",
        help: "Domains under which BUCKET.DOMAIN addresses a bucket",
    },
    Setting {
        key: "s3-max-object-bytes",
        value: "BYTES",
        default: "5368709120",
        help: "Maximum size of an object or part in one request to the embedded S3",
    },
    Setting {
        key: "s3-endpoint",
        value: "URL",
        default: "",
        help: "Use this S3 instead of the embedded one, such as http://127.0.0.1:9000",
    },
    Setting {
        key: "s3-access-key-id",
        value: "KEY",
        default: "",
        help: "Access key for s3-endpoint; default AWS_ACCESS_KEY_ID, else the caller's account (`account` selects that)",
    },
    Setting {
        key: "s3-secret-access-key",
        value: "SECRET",
        default: "",
        help: "Secret for s3-access-key-id",
    },
    Setting {
        key: "s3-region",
        value: "REGION",
        default: "",
        help: "Region of s3-endpoint; default AWS_REGION, else the region setting",
    },
    Setting {
        key: "s3-addressing",
        value: "path|virtual",
        default: "path",
        help: "Whether requests to s3-endpoint name the bucket in the path or in the host",
    },
    Setting {
        key: "s3-poll-ms",
        value: "NUMBER",
        default: "1000",
        help: "Milliseconds between listings of watched prefixes in s3-endpoint; 0 relies on /_b2bi/s3-events",
    },
    Setting {
        key: "clock",
        value: "real|manual",
        default: "real",
        help: "Whether the clock runs by itself or only changes through /_b2bi/clock",
    },
    Setting {
        key: "clock-start",
        value: "TIME",
        default: "now",
        help: "Initial time of the clock, such as 2026-01-31T09:30:00Z",
    },
    Setting {
        key: "upstream",
        value: "URL",
        default: "",
        help: "Emulator that receives requests for all other services, such as http://127.0.0.1:5000",
    },
    Setting {
        key: "upstream-services",
        value: "SERVICE,...",
        default: "",
        help: "Services to pass upstream although they are implemented here: s3, sts",
    },
    Setting {
        key: "init",
        value: "DIR",
        default: "",
        help: "Folder of YAML and JSON files with the resources of a fresh server",
    },
    Setting {
        key: "faults",
        value: "RULES",
        default: "",
        help: "Fault rules, such as 'CreateProfile=2*error(ThrottlingException)->off'",
    },
    Setting {
        key: "fault-header",
        value: "BOOL",
        default: "true",
        help: "Let the header x-mock-fault define a fault for its own request",
    },
    Setting {
        key: "fault-ids",
        value: "BOOL",
        default: "true",
        help: "Name the fault rule in the response header x-b2bi-fault-id",
    },
    Setting {
        key: "journal-size",
        value: "COUNT",
        default: "1000",
        help: "Requests kept in /_b2bi/journal; 0 switches it off",
    },
    Setting {
        key: "events-size",
        value: "COUNT",
        default: "10000",
        help: "Events kept in /_b2bi/events and log records kept in /_b2bi/logs; 0 keeps none",
    },
    Setting {
        key: "events-file",
        value: "FILE,...",
        default: "",
        help: "File to which every event is appended as a line of JSON",
    },
    Setting {
        key: "events-webhook",
        value: "URL,...",
        default: "",
        help: "URL to which every event is posted as JSON",
    },
    Setting {
        key: "events-eventbridge",
        value: "URL,...",
        default: "",
        help: "EventBridge endpoint (moto, LocalStack or AWS) that receives every event",
    },
    Setting {
        key: "logs-endpoint",
        value: "URL,...",
        default: "",
        help: "CloudWatch Logs endpoint (moto, LocalStack or AWS) that receives every log record",
    },
    Setting {
        key: "events-source",
        value: "SOURCE",
        default: "aws.b2bi",
        help: "Source of the events sent to EventBridge; AWS refuses sources that begin with aws.",
    },
    Setting {
        key: "sink-credentials",
        value: "KEY:SECRET[:TOKEN]",
        default: "",
        help: "Credentials that sign calls to the sinks; default is the account of the event",
    },
    Setting {
        key: "sink-attempts",
        value: "COUNT",
        default: "6",
        help: "Delivery attempts before an event or log record becomes a dead letter",
    },
    Setting {
        key: "seed",
        value: "NUMBER",
        default: "random",
        help: "Seed for ids and random draws of faults, to repeat a run",
    },
    Setting {
        key: "stop-with-input",
        value: "BOOL",
        default: "false",
        help: "Exit when standard input closes, so that the server does not outlive its parent",
    },
    Setting {
        key: "drain-seconds",
        value: "SECONDS",
        default: "5",
        help: "Time that requests in flight get to finish after a stop signal",
    },
    Setting {
        key: "log",
        value: "LEVEL",
        default: "info",
        help: "Log level: off, error, warn, info, debug or trace",
    },
    Setting {
        key: "log-format",
        value: "text|json",
        default: "text",
        help: "Format of log lines",
    },
    Setting {
        key: "log-requests",
        value: "BOOL",
        default: "false",
        help: "Log every request",
    },
];
