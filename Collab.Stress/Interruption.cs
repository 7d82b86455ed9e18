using System.Runtime.InteropServices;

namespace Collab.Stress;

/// <summary>Ctrl-C, and an orchestrator's SIGTERM: the first ends the driving, and the check and the report still come; the second ends the tool at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly List<PosixSignalRegistration> _registered = [];
    private int _times;

    public Interruption()
    {
        _registered.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Note));
        _registered.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Note));
    }

    public CancellationToken Token => _first.Token;

    public void Dispose()
    {
        _registered.ForEach(registered => registered.Dispose());
        _first.Dispose();
    }

    private void Note(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _times) == 1)
        {
            Console.Error.WriteLine("collab-stress: interrupted; the last answers, the check and the report still come, once more ends it at once.");
            _first.Cancel();
            return;
        }

        Console.Error.WriteLine("collab-stress: ended at once, nothing was checked.");
        Environment.Exit(StressCommand.NotDone);
    }
}
