namespace Orleans.Streams;

/// <summary>Which subscriptions a provider has. Explicit ones need a grain storage.</summary>
public enum StreamPubSubType
{
    ExplicitGrainBasedAndImplicit = 0,
    ExplicitGrainBasedOnly = 1,
    ImplicitOnly = 2,
}
