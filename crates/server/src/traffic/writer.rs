//! Writes a recording to its file as it grows, on its own thread.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use b2bi_local_calibrate::{Response, TrafficRecorder};
use bytes::Bytes;

use super::TrafficError;

/// How long a noted call waits for others before the file is written.
const PAUSE: Duration = Duration::from_millis(200);
/// How long it waits at most.
const LONGEST: Duration = Duration::from_secs(2);

/// A call with its reply.
struct RecordedCall {
    call: String,
    region: String,
    request: Bytes,
    response: Response,
}

/// A recording that grows in its file.
pub(super) struct RecordingWriter {
    /// None once the recording has ended.
    sender: Mutex<Option<Sender<RecordedCall>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl RecordingWriter {
    /// Starts the thread. An existing file is replaced when the first call is recorded.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or the system has no thread left.
    pub(super) fn open(recorder: TrafficRecorder, file: PathBuf) -> Result<Self, TrafficError> {
        let unwritable = |error| TrafficError::Write(file.clone(), error);
        fs::write(unfinished(&file), "").map_err(unwritable)?;
        fs::remove_file(unfinished(&file)).map_err(unwritable)?;
        let (sender, receiver) = channel();
        let (target, thread) = (file.clone(), std::thread::Builder::new());
        let thread = thread.name("recording".to_owned());
        let thread = thread.spawn(move || run(recorder, &target, &receiver));
        Ok(Self {
            sender: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread.map_err(unwritable)?)),
        })
    }

    /// Has a call written.
    pub(super) fn note(&self, call: String, region: String, request: Bytes, response: Response) {
        let noted = RecordedCall {
            call,
            region,
            request,
            response,
        };
        let sender = locked(&self.sender);
        if sender
            .as_ref()
            .is_none_or(|sender| sender.send(noted).is_err())
        {
            tracing::error!("a call was passed on and is not in the recording, which has ended");
        }
    }

    /// Ends the recording; everything noted is in the file then.
    pub(super) fn finish(&self) {
        drop(locked(&self.sender).take());
        if let Some(thread) = locked(&self.thread).take() {
            let _ = thread.join();
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(mut recorder: TrafficRecorder, file: &Path, receiver: &Receiver<RecordedCall>) {
    while let Ok(first) = receiver.recv() {
        note(&mut recorder, &first);
        let since = Instant::now();
        let has_ended = loop {
            match receiver.recv_timeout(PAUSE) {
                Ok(noted) => note(&mut recorder, &noted),
                Err(RecvTimeoutError::Timeout) => break false,
                Err(RecvTimeoutError::Disconnected) => break true,
            }
            if since.elapsed() > LONGEST {
                break false;
            }
        };
        if let Err(error) = write(&recorder, file) {
            tracing::error!(
                "the recording {} cannot be written: {error}",
                file.display()
            );
        }
        if has_ended {
            return;
        }
    }
}

fn note(recorder: &mut TrafficRecorder, noted: &RecordedCall) {
    recorder.set_region(&noted.region);
    recorder.note(&noted.call, &noted.request, &noted.response);
}

/// Replaces the file as a whole, so that no reader sees half of a recording.
fn write(recorder: &TrafficRecorder, file: &Path) -> io::Result<()> {
    fs::write(unfinished(file), recorder.recording().to_text())?;
    fs::rename(unfinished(file), file)
}

fn unfinished(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}
