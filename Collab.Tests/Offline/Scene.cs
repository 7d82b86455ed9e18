using System.Collections.Concurrent;

namespace Collab.Tests.Offline;

/// <summary>What a test and its grains share: a trace of what happened, and gates at which grain code waits for the test.</summary>
internal sealed class Scene
{
    private static readonly ConcurrentDictionary<string, Scene> All = new();

    private readonly ConcurrentQueue<string> _trace = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

    private Scene(string key) => Key = key;

    /// <summary>The key of the grains that play in it.</summary>
    public string Key { get; }

    public string[] Trace => [.. _trace];

    public static Scene New() => Of($"scene-{Guid.NewGuid():N}");

    public static Scene Of(string key) => All.GetOrAdd(key, static name => new Scene(name));

    public void Note(string what) => _trace.Enqueue(what);

    public Task Noted(string what, int times = 1) =>
        Eventually.IsTrue(() => _trace.Count(each => each == what) >= times, () => $"'{what}' happened {times} times; happened has: {string.Join(' ', _trace)}");

    public Task Pass(string gate) => Gate(gate).Task;

    public void Open(string gate) => Gate(gate).TrySetResult();

    private TaskCompletionSource Gate(string gate) =>
        _gates.GetOrAdd(gate, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
