// SPDX-License-Identifier: MIT
// Memory that processes share by its name: System.IO.MemoryMappedFiles, whose named maps .NET has on
// Windows only ("Named maps are not supported"). The names here are those of ntshm: they live as long
// as some process has the map open, however that ends, and C, C++ and Python programs see the same.
//
// A program changes one line, "using Ntshm;" for "using System.IO.MemoryMappedFiles;". Accessors and
// streams are those of .NET (UnmanagedMemoryAccessor, UnmanagedMemoryStream) over a view of ours.
using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Ntshm
{
    /// <summary>What a view or a map can do; the numbers are .NET's.</summary>
    public enum MemoryMappedFileAccess
    {
        ReadWrite,
        Read
    }

    /// <summary>The rights that OpenExisting asks for.</summary>
    [Flags]
    public enum MemoryMappedFileRights
    {
        Write = 2,
        Read = 4,
        ReadWrite = 6
    }

    /// <summary>Memory of the page file, with a name or none.</summary>
    public sealed class MemoryMappedFile : IDisposable
    {
        private const uint PageReadWrite = 4, Query = 1;
        private const uint SecImage = 0x1000000, SecReserve = 0x4000000;
        private readonly SafeObjectHandle handle;
        private readonly string name;
        private readonly bool writable;
        private readonly long size;

        private MemoryMappedFile(SafeObjectHandle handle, string name, bool writable)
        {
            SectionBasicInformation told;
            var length = new UIntPtr((uint)Marshal.SizeOf(typeof(SectionBasicInformation)));
            int status = Native.NtQuerySection(handle, 0, out told, length, IntPtr.Zero);
            // A load from a page that is only reserved would be fatal.
            uint error = status != 0 ? Native.RtlNtStatusToDosError(status)
                         : (told.Attributes & (SecImage | SecReserve)) != 0 ? Native.ErrorNotSupported
                                                                            : 0;

            if (error != 0) {
                handle.Dispose();
                throw Native.Failure(error, name);
            }
            this.handle = handle;
            this.name = name;
            this.writable = writable;
            size = told.Size;
        }

        /// <summary>The handle, for calls of libntshm.</summary>
        public SafeObjectHandle SafeMemoryMappedFileHandle
        {
            get { return handle; }
        }

        /// <summary>Bytes, a multiple of the page size.</summary>
        public long Capacity
        {
            get { return size; }
        }

        /// <summary>New memory; IOException (HResult 0x800700B7) when the name is taken.</summary>
        /// <param name="mapName">"Local\x", which is the same as "x", "Global\x", or null</param>
        /// <param name="security">who may do what, as SDDL; null: the maker's user only</param>
        public static MemoryMappedFile CreateNew(string mapName, long capacity, string security = null)
        {
            bool created;
            MemoryMappedFile map = CreateOrOpen(mapName, capacity, out created, security);

            if (created)
                return map;
            map.Dispose();
            throw Native.Failure(Native.ErrorAlreadyExists, mapName);
        }

        /// <summary>The memory of that name, made when nobody has it open.</summary>
        public static MemoryMappedFile CreateOrOpen(string mapName, long capacity)
        {
            bool created;

            return CreateOrOpen(mapName, capacity, out created, null);
        }

        private static MemoryMappedFile CreateOrOpen(string mapName, long capacity, out bool created,
                                                     string security)
        {
            uint error;
            byte[] text = Native.Text(mapName);

            if (capacity <= 0)
                throw new ArgumentOutOfRangeException("capacity");
            IntPtr value = Native.Make(security, (ref SecurityAttributes attributes) =>
                Native.CreateFileMappingA(new IntPtr(-1), ref attributes, PageReadWrite,
                                          (uint)(capacity >> 32), (uint)capacity, text), out error);
            created = error != Native.ErrorAlreadyExists;
            return new MemoryMappedFile(Native.Own(value, error, mapName), mapName, true);
        }

        /// <summary>The memory of that name; FileNotFoundException when nobody has it open.</summary>
        public static MemoryMappedFile OpenExisting(
            string mapName, MemoryMappedFileRights rights = MemoryMappedFileRights.ReadWrite)
        {
            if (mapName == null)
                throw new ArgumentNullException("mapName");
            if (rights == 0 || (rights & ~MemoryMappedFileRights.ReadWrite) != 0)
                throw new ArgumentOutOfRangeException("rights");
            // Who can write a page can read it.
            IntPtr value = Native.OpenFileMappingA(
                (uint)(rights | MemoryMappedFileRights.Read) | Query, 0, Native.Text(mapName));

            return new MemoryMappedFile(Native.Own(value, Native.GetLastError(), mapName), mapName,
                                        (rights & MemoryMappedFileRights.Write) != 0);
        }

        /// <summary>A view for reading and writing values at places; 0 bytes: to the end.</summary>
        public MemoryMappedViewAccessor CreateViewAccessor(
            long offset = 0, long size = 0,
            MemoryMappedFileAccess access = MemoryMappedFileAccess.ReadWrite)
        {
            long length = Length(offset, size);

            return new MemoryMappedViewAccessor(Map(access), offset, length, Io(access));
        }

        /// <summary>A view for reading and writing one byte after the other.</summary>
        public MemoryMappedViewStream CreateViewStream(
            long offset = 0, long size = 0,
            MemoryMappedFileAccess access = MemoryMappedFileAccess.ReadWrite)
        {
            long length = Length(offset, size);

            return new MemoryMappedViewStream(Map(access), offset, length, Io(access));
        }

        private static FileAccess Io(MemoryMappedFileAccess access)
        {
            return access == MemoryMappedFileAccess.Read ? FileAccess.Read : FileAccess.ReadWrite;
        }

        private long Length(long offset, long wanted)
        {
            if (offset < 0 || wanted < 0)
                throw new ArgumentOutOfRangeException(offset < 0 ? "offset" : "size");
            if (offset >= size || wanted > size - offset)
                throw new UnauthorizedAccessException("A view past the end of the map.");
            return wanted != 0 ? wanted : size - offset;
        }

        /// <summary>All of it; .NET's accessors know offsets, and pages cost nothing untouched.</summary>
        private SafeViewHandle Map(MemoryMappedFileAccess access)
        {
            bool writes = access != MemoryMappedFileAccess.Read;

            if (writes && !writable)
                throw new UnauthorizedAccessException("The map was opened for reading only.");
            IntPtr view = Native.MapViewOfFile(handle, writes ? 6u : 4u, 0, 0, new UIntPtr((ulong)size));

            if (view == IntPtr.Zero)
                throw Native.Failure(Native.GetLastError(), name);
            return new SafeViewHandle(view, (ulong)size);
        }

        /// <summary>This process is done with the map; its views live on.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }
    }

    /// <summary>A view; unmapped when its accessor or stream is disposed of.</summary>
    public sealed class SafeViewHandle : SafeBuffer
    {
        internal SafeViewHandle(IntPtr view, ulong size) : base(true)
        {
            SetHandle(view);
            Initialize(size);
        }

        protected override bool ReleaseHandle()
        {
            return Native.UnmapViewOfFile(handle) != 0;
        }
    }

    /// <summary>Read(position, out value), Write, ReadArray, WriteArray and the rest of .NET's.</summary>
    public sealed class MemoryMappedViewAccessor : UnmanagedMemoryAccessor
    {
        private readonly SafeViewHandle view;

        internal MemoryMappedViewAccessor(SafeViewHandle view, long offset, long size, FileAccess access)
            : base(view, offset, size, access)
        {
            this.view = view;
        }

        public SafeBuffer SafeMemoryMappedViewHandle
        {
            get { return view; }
        }

        /// <summary>There is no disk behind it: what is written is seen at once.</summary>
        public void Flush()
        {
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing)
                view.Dispose();
        }
    }

    public sealed class MemoryMappedViewStream : UnmanagedMemoryStream
    {
        private readonly SafeViewHandle view;

        internal MemoryMappedViewStream(SafeViewHandle view, long offset, long size, FileAccess access)
            : base(view, offset, size, access)
        {
            this.view = view;
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing)
                view.Dispose();
        }
    }
}
