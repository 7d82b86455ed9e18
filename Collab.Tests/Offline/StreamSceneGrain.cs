using Orleans.Streams;
using Orleans.Streams.Core;

namespace Collab.Tests.Offline;

/// <summary>Subscribes to the scenes' stream; what an item makes it do is its name's first word.</summary>
[Alias("Collab.Tests.IStreamSceneGrain")]
public interface IStreamSceneGrain : IGrainWithStringKey
{
    /// <summary>Notes <c>+name</c>, waits at the gate of that name, notes <c>-name</c>.</summary>
    [Alias("Enter")]
    Task Enter(string name);

    [Alias("EndWhenIdle")]
    Task EndWhenIdle();

    [Alias("Publish")]
    Task Publish(string item);
}

[GenerateSerializer, Immutable, Alias("Collab.Tests.SceneItem")]
public sealed record SceneItem([property: Id(0)] string Name);

[ImplicitStreamSubscription(Namespace)]
public sealed class StreamSceneGrain : Grain, IStreamSceneGrain, IStreamSubscriptionObserver, IAsyncObserver<SceneItem>
{
    public const string Provider = "scenes";
    public const string Namespace = "collab.tests.scene";

    private Scene Scene => Scene.Of(this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Scene.Note("activating");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Scene.Note("deactivated");
        return Task.CompletedTask;
    }

    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory)
    {
        Scene.Note($"subscribed:{handleFactory.ProviderName}");
        if (!Scene.Key.StartsWith("deaf", StringComparison.Ordinal))
            await handleFactory.Create<SceneItem>().ResumeAsync(this);
    }

    public async Task OnNextAsync(SceneItem item, StreamSequenceToken? token = null)
    {
        Scene.Note($"+{item.Name}");
        if (item.Name.StartsWith("gated", StringComparison.Ordinal))
            await Scene.Pass(item.Name);
        if (item.Name.StartsWith("failing", StringComparison.Ordinal) || (item.Name.StartsWith("shaky", StringComparison.Ordinal) && Scene.Trace.Count(each => each == $"+{item.Name}") == 1))
            throw new SceneException(item.Name);
        Scene.Note($"-{item.Name}");
    }

    public Task OnErrorAsync(Exception ex)
    {
        Scene.Note($"error:{ex.GetType().Name}");
        return Task.CompletedTask;
    }

    public async Task Enter(string name)
    {
        Scene.Note($"+{name}");
        await Scene.Pass(name);
        Scene.Note($"-{name}");
    }

    public Task EndWhenIdle()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task Publish(string item) => this.GetStreamProvider(Provider).GetStream<SceneItem>(StreamId.Create(Namespace, Scene.Key)).OnNextAsync(new SceneItem(item));
}
