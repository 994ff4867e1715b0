// SPDX-License-Identifier: MIT
// The C# binding with real processes: `Tests.exe` runs all cases and starts itself again, with a
// role as its first word, where a case needs another process.
using System;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;
using Ntshm;
using EventWaitHandle = Ntshm.EventWaitHandle;
using Mutex = Ntshm.Mutex;
using Semaphore = Ntshm.Semaphore;

internal static class Tests
{
    private const int Deadline = 120000;
    private static int passed, failed;

    private static void Check(bool condition, string what)
    {
        if (condition)
            passed++;
        else
            failed++;
        Console.WriteLine("{0}  {1}", condition ? "pass" : "FAIL", what);
    }

    private static void Throws<T>(Action action, string what) where T : Exception
    {
        string found = "nothing";

        try {
            action();
        } catch (T) {
            Check(true, what);
            return;
        } catch (Exception error) {
            found = error.ToString();
        }
        Check(false, what + ": " + found);
    }

    private static string Name(string text)
    {
        return text + "-" + Process.GetCurrentProcess().Id;
    }

    private static bool IsThere(string name)
    {
        try {
            MemoryMappedFile.OpenExisting(name).Dispose();
            return true;
        } catch (FileNotFoundException) {
            return false;
        }
    }

    // --- other processes ---------------------------------------------------------------------

    private static Process Start(string role, string name)
    {
        var info = new ProcessStartInfo(Environment.GetEnvironmentVariable("MONO") ?? "mono") {
            Arguments = "\"" + Assembly.GetExecutingAssembly().Location + "\" " + role + " " + name,
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        };

        return Process.Start(info);
    }

    private static int Play(string role, string name)
    {
        switch (role) {
        case "add": // one to the first word, and waits to be killed or sent home
            using (var map = MemoryMappedFile.OpenExisting(name))
            using (var view = map.CreateViewAccessor()) {
                view.Write(0, view.ReadInt64(0) + 1);
                Console.WriteLine("done");
                Console.ReadLine();
            }
            return 0;
        case "make":
            using (MemoryMappedFile.CreateNew(name, 4096)) {
                Console.WriteLine("done");
                Console.ReadLine();
            }
            return 0;
        case "own":
            using (var mutex = Mutex.OpenExisting(name)) {
                mutex.WaitOne();
                Console.WriteLine("done");
                Console.ReadLine();
            }
            return 0;
        case "wait":
            using (var go = EventWaitHandle.OpenExisting(name))
                return go.WaitOne(Deadline) ? 0 : 1;
        default:
            return 2;
        }
    }

    private static void Kill(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    // --- cases -------------------------------------------------------------------------------

    private static void MapsAreShared()
    {
        using (var map = MemoryMappedFile.CreateNew(Name("map"), 5000))
        using (var view = map.CreateViewAccessor()) {
            Check(map.Capacity >= 5000, "a map is as large as asked for");
            view.Write(0, 41L);
            Process other = Start("add", Name("map"));
            other.StandardOutput.ReadLine();
            Check(view.ReadInt64(0) == 42, "another process writes what this one reads");
            Throws<IOException>(() => MemoryMappedFile.CreateNew(Name("map"), 5000),
                                "a name that is taken is an IOException");
            using (var same = MemoryMappedFile.CreateOrOpen(Name("map"), 5000))
            using (var look = same.CreateViewAccessor(0, 8, MemoryMappedFileAccess.Read))
                Check(look.ReadInt64(0) == 42, "CreateOrOpen opens it");
            map.Dispose();
            view.Dispose();
            Check(IsThere(Name("map")), "a name lives as long as another process has it");
            Kill(other);
        }
        Check(SpinWait.SpinUntil(() => !IsThere(Name("map")), Deadline), "and goes with the last");
    }

    private static void ViewsKeepTheirBounds()
    {
        var numbers = new[] { 1, 2, 3 };
        var found = new int[3];

        using (var map = MemoryMappedFile.CreateNew(null, 100000)) {
            using (var view = map.CreateViewAccessor(70001, 12)) {
                view.WriteArray(0, numbers, 0, 3);
                view.ReadArray(0, found, 0, 3);
                Check(found[2] == 3, "arrays go in and out, at any offset");
                Throws<ArgumentException>(() => view.Write(9, 1), "nothing is written behind a view");
            }
            using (var stream = map.CreateViewStream(70001, 12, MemoryMappedFileAccess.Read)) {
                Check(stream.Length == 12 && stream.ReadByte() == 1, "a stream reads the same bytes");
                Throws<NotSupportedException>(() => stream.WriteByte(1), "and writes none");
            }
            Throws<UnauthorizedAccessException>(() => map.CreateViewAccessor(0, map.Capacity + 1),
                                                "a view past the end is refused");
            Throws<ArgumentOutOfRangeException>(() => map.CreateViewAccessor(-1, 1),
                                                "an offset below 0 too");
        }
    }

    private static void MistakesAreExceptions()
    {
        Throws<FileNotFoundException>(() => MemoryMappedFile.OpenExisting(Name("nobody")),
                                      "what is not there is a FileNotFoundException");
        Throws<ArgumentOutOfRangeException>(() => MemoryMappedFile.CreateNew("x", 0),
                                            "no bytes are no map");
        Throws<ArgumentException>(() => MemoryMappedFile.CreateNew("", 1), "an empty name is none");
        Throws<ArgumentException>(() => MemoryMappedFile.CreateNew("a\0b", 1),
                                  "a name has no null character");
        Throws<ArgumentException>(() => MemoryMappedFile.CreateNew("x", 1, "nonsense"),
                                  "a descriptor is SDDL");
        using (MemoryMappedFile.CreateNew(Name("größe"), 1, "D:P(A;;GR;;;WD)")) {
            Throws<UnauthorizedAccessException>(() => MemoryMappedFile.OpenExisting(Name("größe")),
                                                "a descriptor that lets one read only");
            using (var reader = MemoryMappedFile.OpenExisting(Name("größe"),
                                                              MemoryMappedFileRights.Read)) {
                reader.CreateViewStream(0, 0, MemoryMappedFileAccess.Read).Dispose();
                Throws<UnauthorizedAccessException>(() => reader.CreateViewAccessor(),
                                                    "a map for reading has no other views");
            }
        }
        Throws<NullReferenceException>(() => ((string)Nothing()).Trim(),
                                       "a null reference is still .NET's");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static object Nothing()
    {
        return null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget()
    {
        new Thread(() => MemoryMappedFile.CreateNew(Name("forgotten"), 1)).Start();
    }

    private static void NothingIsLeft()
    {
        Process maker = Start("make", Name("killed"));

        maker.StandardOutput.ReadLine();
        Check(IsThere(Name("killed")), "another process makes a map");
        Kill(maker);
        Check(SpinWait.SpinUntil(() => !IsThere(Name("killed")), Deadline),
              "kill -9 of its maker leaves nothing");
        Forget();
        Check(SpinWait.SpinUntil(() => {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !IsThere(Name("forgotten"));
        }, Deadline), "a map that nobody refers to is closed");
    }

    private static void EventsGoBetweenProcesses()
    {
        bool created;

        using (var go = new EventWaitHandle(false, EventResetMode.ManualReset, Name("go"), out created)) {
            Process other = Start("wait", Name("go"));
            Check(created && !go.WaitOne(10), "an event that is not set is waited for in vain");
            go.Set();
            other.WaitForExit();
            Check(other.ExitCode == 0, "another process hears of it");
            Throws<WaitHandleCannotBeOpenedException>(() => new Mutex(false, Name("go")),
                                                      "a name is of one kind");
        }
        using (var one = new EventWaitHandle(true, EventResetMode.AutoReset)) {
            Check(one.WaitOne(0) && !one.WaitOne(TimeSpan.Zero), "AutoReset lets one go");
        }
        Throws<WaitHandleCannotBeOpenedException>(() => EventWaitHandle.OpenExisting(Name("go")),
                                                  "and goes with the last handle");
    }

    private static void MutexesAreInherited()
    {
        using (var mutex = new Mutex(false, Name("mutex"))) {
            Process other = Start("own", Name("mutex"));
            other.StandardOutput.ReadLine();
            Check(!mutex.WaitOne(0), "another process has the mutex");
            Kill(other);
            Throws<AbandonedMutexException>(() => mutex.WaitOne(Deadline), "who comes next is told");
            mutex.ReleaseMutex();
            Throws<ApplicationException>(() => mutex.ReleaseMutex(), "one cannot give what one has not");
        }
    }

    private static void SemaphoresCount()
    {
        using (var count = new Semaphore(1, 2, Name("count"))) {
            Check(count.WaitOne(0) && !count.WaitOne(0), "a semaphore counts down");
            Check(count.Release(2) == 0, "and up");
            Throws<SemaphoreFullException>(() => count.Release(), "not beyond its maximum");
            using (var same = Semaphore.OpenExisting(Name("count")))
                Check(same.WaitOne(0) && count.WaitOne(0), "under one name it is one");
        }
    }

    private static int Main(string[] words)
    {
        if (words.Length == 2)
            return Play(words[0], words[1]);
        foreach (Action test in new Action[] { MapsAreShared, ViewsKeepTheirBounds,
                     MistakesAreExceptions, NothingIsLeft, EventsGoBetweenProcesses,
                     MutexesAreInherited, SemaphoresCount }) {
            try {
                test();
            } catch (Exception error) {
                Check(false, test.Method.Name + ": " + error);
            }
        }
        Console.WriteLine("{0} passed, {1} failed, 0 skipped", passed, failed);
        return failed == 0 ? 0 : 1;
    }
}
