// SPDX-License-Identifier: MIT
// Events, mutexes and semaphores that processes share by name, under the interface of
// System.Threading, which has named ones on Windows only (mutexes apart).
using System;
using System.Threading;

namespace Ntshm
{
    /// <summary>What one waits for.</summary>
    public abstract class WaitHandle : IDisposable
    {
        protected const uint Synchronize = 0x100000, QueryState = 1, ModifyState = 2;
        internal readonly SafeObjectHandle Handle;
        protected readonly string Name;

        /// <summary>What a call gave, on its way to the object that keeps it.</summary>
        internal struct Birth
        {
            internal IntPtr Value;
            internal uint Error;
            internal string Name;
        }

        internal readonly bool IsNew;

        internal WaitHandle(Birth birth)
        {
            Handle = Native.Own(birth.Value, birth.Error, birth.Name);
            IsNew = birth.Error != Native.ErrorAlreadyExists;
            Name = birth.Name;
        }

        /// <summary>The handle, for calls of libntshm.</summary>
        public SafeObjectHandle SafeWaitHandle
        {
            get { return Handle; }
        }

        public bool WaitOne()
        {
            return WaitOne(Timeout.Infinite);
        }

        public bool WaitOne(TimeSpan timeout)
        {
            double milliseconds = Math.Ceiling(timeout.TotalMilliseconds);

            if (milliseconds > int.MaxValue)
                throw new ArgumentOutOfRangeException("timeout");
            return WaitOne((int)milliseconds);
        }

        /// <summary>False when the time is over; -1 waits for ever.</summary>
        /// <exception cref="AbandonedMutexException">The mutex is the caller's now; its last owner
        /// ended without giving it back, and what it protects may be half done.</exception>
        public bool WaitOne(int milliseconds)
        {
            if (milliseconds < -1)
                throw new ArgumentOutOfRangeException("milliseconds");
            uint result = Native.WaitForSingleObject(Handle, unchecked((uint)milliseconds));

            if (result == Native.WaitAbandoned)
                throw new AbandonedMutexException();
            if (result == Native.WaitFailed)
                throw Native.Failure(Native.GetLastError(), Name);
            return result != Native.WaitTimeout;
        }

        public void Close()
        {
            Dispose();
        }

        public void Dispose()
        {
            Handle.Dispose();
        }

        /// <summary>What OpenExisting opens; its exception when nobody has it open.</summary>
        internal static Birth Opened(IntPtr value, string name)
        {
            uint error = value == IntPtr.Zero ? Native.GetLastError() : 0;

            if (error == 2)
                throw new WaitHandleCannotBeOpenedException("Nobody has it open: " + name);
            return new Birth { Value = value, Error = error, Name = name };
        }

        internal static Birth Made(string sddl, Native.Maker maker, string name)
        {
            uint error;
            IntPtr value = Native.Make(sddl, maker, out error);

            if (value == IntPtr.Zero && error == Native.ErrorInvalidHandle)
                throw new WaitHandleCannotBeOpenedException("Another kind of object has it: " + name);
            return new Birth { Value = value, Error = error, Name = name };
        }

        internal static byte[] Required(string name)
        {
            if (name == null)
                throw new ArgumentNullException("name");
            return Native.Text(name);
        }
    }

    /// <summary>An event: AutoReset lets one waiter go at each Set, ManualReset all until Reset.</summary>
    public sealed class EventWaitHandle : WaitHandle
    {
        private EventWaitHandle(Birth birth) : base(birth)
        {
        }

        public EventWaitHandle(bool initialState, EventResetMode mode, string name = null)
            : this(Created(initialState, mode, name, null))
        {
        }

        public EventWaitHandle(bool initialState, EventResetMode mode, string name, out bool createdNew,
                               string security = null)
            : this(Created(initialState, mode, name, security))
        {
            createdNew = IsNew;
        }

        private static Birth Created(bool set, EventResetMode mode, string name, string security)
        {
            byte[] text = Native.Text(name);

            return Made(security, (ref SecurityAttributes attributes) => Native.CreateEventA(
                ref attributes, mode == EventResetMode.ManualReset ? 1 : 0, set ? 1 : 0, text), name);
        }

        public static EventWaitHandle OpenExisting(string name)
        {
            byte[] text = Required(name);
            IntPtr value = Native.OpenEventA(Synchronize | QueryState | ModifyState, 0, text);

            return new EventWaitHandle(Opened(value, name));
        }

        public bool Set()
        {
            if (Native.SetEvent(Handle) == 0)
                throw Native.Failure(Native.GetLastError(), Name);
            return true;
        }

        public bool Reset()
        {
            if (Native.ResetEvent(Handle) == 0)
                throw Native.Failure(Native.GetLastError(), Name);
            return true;
        }
    }

    /// <summary>A lock that one thread has, and may take several times.</summary>
    public sealed class Mutex : WaitHandle
    {
        private Mutex(Birth birth) : base(birth)
        {
        }

        public Mutex(bool initiallyOwned = false, string name = null)
            : this(Created(initiallyOwned, name, null))
        {
        }

        public Mutex(bool initiallyOwned, string name, out bool createdNew, string security = null)
            : this(Created(initiallyOwned, name, security))
        {
            createdNew = IsNew;
        }

        private static Birth Created(bool owned, string name, string security)
        {
            byte[] text = Native.Text(name);

            return Made(security, (ref SecurityAttributes attributes) =>
                Native.CreateMutexA(ref attributes, owned ? 1 : 0, text), name);
        }

        public static Mutex OpenExisting(string name)
        {
            byte[] text = Required(name);

            return new Mutex(Opened(Native.OpenMutexA(Synchronize | QueryState, 0, text), name));
        }

        public void ReleaseMutex()
        {
            if (Native.ReleaseMutex(Handle) != 0)
                return;
            uint error = Native.GetLastError();

            if (error == Native.ErrorNotOwner)
                throw new ApplicationException("This thread does not have the mutex.");
            throw Native.Failure(error, Name);
        }
    }

    /// <summary>A count that a wait lowers.</summary>
    public sealed class Semaphore : WaitHandle
    {
        private Semaphore(Birth birth) : base(birth)
        {
        }

        public Semaphore(int initialCount, int maximumCount, string name = null)
            : this(Created(initialCount, maximumCount, name, null))
        {
        }

        public Semaphore(int initialCount, int maximumCount, string name, out bool createdNew,
                         string security = null)
            : this(Created(initialCount, maximumCount, name, security))
        {
            createdNew = IsNew;
        }

        private static Birth Created(int initial, int maximum, string name, string security)
        {
            byte[] text = Native.Text(name);

            if (initial < 0 || maximum < 1 || initial > maximum)
                throw new ArgumentOutOfRangeException("initialCount");
            return Made(security, (ref SecurityAttributes attributes) => Native.CreateSemaphoreA(
                ref attributes, initial, maximum, text), name);
        }

        public static Semaphore OpenExisting(string name)
        {
            byte[] text = Required(name);
            IntPtr value = Native.OpenSemaphoreA(Synchronize | QueryState | ModifyState, 0, text);

            return new Semaphore(Opened(value, name));
        }

        /// <summary>Raises the count; what it was before.</summary>
        public int Release(int releaseCount = 1)
        {
            int previous;

            if (releaseCount < 1)
                throw new ArgumentOutOfRangeException("releaseCount");
            if (Native.ReleaseSemaphore(Handle, releaseCount, out previous) != 0)
                return previous;
            uint error = Native.GetLastError();

            if (error == Native.ErrorTooManyPosts)
                throw new SemaphoreFullException();
            throw Native.Failure(error, Name);
        }
    }
}
