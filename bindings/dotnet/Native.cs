// SPDX-License-Identifier: MIT
// libntshm as C# sees it: its functions, its handles, and its errors as the exceptions of .NET.
// Text goes over as UTF-8, to the functions whose names end in A. GetLastError is the library's
// own (Marshal.GetLastWin32Error would tell errno), and belongs to the thread that called.
using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace Ntshm
{
    /// <summary>A handle of libntshm; the last one to an object frees its name.</summary>
    public sealed class SafeObjectHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal SafeObjectHandle(IntPtr value) : base(true)
        {
            SetHandle(value);
        }

        protected override bool ReleaseHandle()
        {
            return Native.CloseHandle(handle) != 0;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SecurityAttributes
    {
        internal uint Length;
        internal IntPtr Descriptor;
        internal int Inherit;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SectionBasicInformation
    {
        internal IntPtr Base;
        internal uint Attributes;
        internal long Size;
    }

    internal static class Native
    {
        private const string Library = "libntshm.so.0";

        internal const uint ErrorInvalidHandle = 6, ErrorNotSupported = 50, ErrorAlreadyExists = 183,
                            ErrorNotOwner = 288, ErrorTooManyPosts = 298;
        internal const uint WaitAbandoned = 0x80, WaitTimeout = 0x102, WaitFailed = 0xFFFFFFFF;

        [DllImport(Library)] internal static extern uint GetLastError();
        [DllImport(Library)] internal static extern int CloseHandle(IntPtr handle);
        [DllImport(Library)] internal static extern uint RtlNtStatusToDosError(int status);
        [DllImport(Library)] private static extern IntPtr LocalFree(IntPtr memory);
        [DllImport(Library)]
        private static extern uint FormatMessageA(uint flags, IntPtr source, uint code, uint language,
                                                  byte[] text, uint size, IntPtr arguments);
        [DllImport(Library)]
        private static extern int ConvertStringSecurityDescriptorToSecurityDescriptorA(
            byte[] sddl, uint revision, out IntPtr descriptor, IntPtr size);

        [DllImport(Library)]
        internal static extern IntPtr CreateFileMappingA(IntPtr file, ref SecurityAttributes security,
                                                         uint protect, uint high, uint low, byte[] name);
        [DllImport(Library)]
        internal static extern IntPtr OpenFileMappingA(uint access, int inherit, byte[] name);
        [DllImport(Library)]
        internal static extern IntPtr MapViewOfFile(SafeObjectHandle section, uint access, uint high,
                                                    uint low, UIntPtr size);
        [DllImport(Library)] internal static extern int UnmapViewOfFile(IntPtr address);
        [DllImport(Library)]
        internal static extern int NtQuerySection(SafeObjectHandle section, int what,
                                                  out SectionBasicInformation told, UIntPtr size,
                                                  IntPtr length);

        [DllImport(Library)]
        internal static extern IntPtr CreateEventA(ref SecurityAttributes security, int manual, int set,
                                                   byte[] name);
        [DllImport(Library)]
        internal static extern IntPtr OpenEventA(uint access, int inherit, byte[] name);
        [DllImport(Library)] internal static extern int SetEvent(SafeObjectHandle handle);
        [DllImport(Library)] internal static extern int ResetEvent(SafeObjectHandle handle);
        [DllImport(Library)]
        internal static extern IntPtr CreateMutexA(ref SecurityAttributes security, int owned,
                                                   byte[] name);
        [DllImport(Library)]
        internal static extern IntPtr OpenMutexA(uint access, int inherit, byte[] name);
        [DllImport(Library)] internal static extern int ReleaseMutex(SafeObjectHandle handle);
        [DllImport(Library)]
        internal static extern IntPtr CreateSemaphoreA(ref SecurityAttributes security, int initial,
                                                       int maximum, byte[] name);
        [DllImport(Library)]
        internal static extern IntPtr OpenSemaphoreA(uint access, int inherit, byte[] name);
        [DllImport(Library)]
        internal static extern int ReleaseSemaphore(SafeObjectHandle handle, int count,
                                                    out int previous);
        [DllImport(Library)]
        internal static extern uint WaitForSingleObject(SafeObjectHandle handle, uint milliseconds);

        /// <summary>A name as the library takes it; null stays null.</summary>
        internal static byte[] Text(string text)
        {
            if (text == null)
                return null;
            if (text.Length == 0 || text.IndexOf('\0') >= 0)
                throw new ArgumentException("A name is not empty and has no null character.");
            return new UTF8Encoding(false, true).GetBytes(text + "\0");
        }

        /// <summary>The exception of a Windows error; HResult has its number.</summary>
        internal static Exception Failure(uint code, string name)
        {
            var buffer = new byte[512];
            uint length = FormatMessageA(0x1200, IntPtr.Zero, code, 0, buffer, 512, IntPtr.Zero);
            string text = Encoding.UTF8.GetString(buffer, 0, (int)length).Trim() + " (Windows error " +
                          code + (name == null ? ")" : "): " + name);

            switch (code) {
            case 2:
            case 3:
                return new FileNotFoundException(text, name);
            case 5:
                return new UnauthorizedAccessException(text);
            case 8:
            case 14:
                return new OutOfMemoryException(text);
            case ErrorNotSupported:
                return new NotSupportedException(text);
            default:
                return new IOException(text, unchecked((int)(0x80070000 | code)));
            }
        }

        /// <summary>The handle that a create call gave, as an owner; or the exception.</summary>
        internal static SafeObjectHandle Own(IntPtr handle, uint error, string name)
        {
            if (handle == IntPtr.Zero)
                throw Failure(error, name);
            return new SafeObjectHandle(handle);
        }

        internal delegate IntPtr Maker(ref SecurityAttributes security);

        /// <summary>Calls what makes an object, with the descriptor of an SDDL text or none.</summary>
        internal static IntPtr Make(string sddl, Maker maker, out uint error)
        {
            var security = new SecurityAttributes();

            security.Length = (uint)Marshal.SizeOf(typeof(SecurityAttributes));
            if (sddl != null &&
                ConvertStringSecurityDescriptorToSecurityDescriptorA(
                    Text(sddl), 1, out security.Descriptor, IntPtr.Zero) == 0)
                throw new ArgumentException("Not SDDL: " + sddl);
            try {
                IntPtr handle = maker(ref security);

                error = GetLastError();
                return handle;
            } finally {
                LocalFree(security.Descriptor);
            }
        }
    }
}
