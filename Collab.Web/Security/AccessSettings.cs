using Collab.Observability;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Collab.Web.Security;

/// <summary><see cref="AccessOptions"/> as they are now. They may change while the host runs; a change that is wrong is not taken, and said, and the host goes on as before.</summary>
/// <remarks>Not <see cref="IOptionsMonitor{TOptions}"/>: after a mistake in the file it throws at whoever asks, which would be everybody who wants in.</remarks>
internal sealed partial class AccessSettings : IDisposable
{
    private readonly IOptionsFactory<AccessOptions> _factory;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _sources;
    private readonly List<Action> _listeners = [];
    private volatile AccessOptions? _current;

    public AccessSettings(IOptionsFactory<AccessOptions> factory, IEnumerable<IOptionsChangeTokenSource<AccessOptions>> sources, ILogger<AccessSettings> logger)
    {
        (_factory, _logger) = (factory, logger);
        _sources = [.. sources.Select(source => ChangeToken.OnChange(source.GetChangeToken, Read))];
    }

    // Not before it is asked for: endpoints are mapped before settings are checked, and what is wrong with them is said by the check.
    public AccessOptions Current => _current ??= _factory.Create(Options.DefaultName);

    /// <summary>Calls <paramref name="listener"/> after each change that was taken.</summary>
    public void OnChange(Action listener)
    {
        lock (_listeners)
            _listeners.Add(listener);
    }

    public void Dispose() => _sources.ForEach(source => source.Dispose());

    private void Read()
    {
        AccessOptions changed;
        try
        {
            _current = changed = _factory.Create(Options.DefaultName);
        }
        catch (Exception failure) when (failure is OptionsValidationException or InvalidOperationException)
        {
            // What can't be validated, or not even be read as its type. The message names settings, not what stands there.
            ErrorMetrics.Count(ErrorComponent.Access, "bad_settings");
            LogNotTaken(failure is OptionsValidationException invalid ? string.Join(" ", invalid.Failures) : failure.Message);
            return;
        }

        LogTaken(changed.ApiKeys.Count);
        Action[] listeners;
        lock (_listeners)
            listeners = [.. _listeners];
        foreach (var listener in listeners)
            listener();
    }

    [LoggerMessage(3221, LogLevel.Error, "The settings in Collab:Access changed, and are wrong; those before hold until this is mended: {Failure}")]
    private partial void LogNotTaken(string failure);

    [LoggerMessage(3222, LogLevel.Information, "The settings in Collab:Access were read again; there are {Keys} API keys.")]
    private partial void LogTaken(int keys);
}
