use tokio::sync::watch;

/// Where detectors wait for what comes late, such as calls to our listener, while the others go on asking.
#[derive(Debug)]
pub struct CallbackWait {
    waiting: watch::Sender<usize>,
    over: watch::Sender<bool>,
}

impl Default for CallbackWait {
    fn default() -> Self {
        CallbackWait { waiting: watch::Sender::new(0), over: watch::Sender::new(false) }
    }
}

impl CallbackWait {
    /// Waits until everything else was asked.
    pub async fn wait(&self) {
        self.waiting.send_modify(|n| *n += 1);
        // The sender is our own: there is no error.
        let _ = self.over.subscribe().wait_for(|over| *over).await;
        self.waiting.send_modify(|n| *n -= 1);
    }

    /// How many wait, with news of every change.
    pub fn waiting(&self) -> watch::Receiver<usize> {
        self.waiting.subscribe()
    }

    /// Everything else was asked: whoever waits goes on, and nobody waits from now on.
    pub fn end(&self) {
        self.over.send_replace(true);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn who_waits_is_counted_until_the_end() {
        let callback_wait = CallbackWait::default();
        let mut first = Box::pin(callback_wait.wait());
        assert!(first.as_mut().now_or_never().is_none());
        assert_eq!(*callback_wait.waiting().borrow(), 1);
        callback_wait.end();
        first.await;
        assert_eq!(*callback_wait.waiting().borrow(), 0);
        assert!(callback_wait.wait().now_or_never().is_some(), "nobody waits any more");
    }
}
