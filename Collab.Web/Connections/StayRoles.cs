using Collab.Contracts;
using Collab.Observability;
using Collab.Web.Delivery;
using Collab.Web.Messages;
using Collab.Web.Security;

namespace Collab.Web.Connections;

/// <summary>Asks what stays may do: when they join, and again when that may have changed.</summary>
internal sealed partial class StayRoles(DocumentAccess access, TimeProvider time, ILogger<StayRoles> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;

    /// <summary>Asks once.</summary>
    public Task AskAsync(Stay stay, Caller caller) => stay.Role.AskAsync(() => access.GetRoleAsync(caller, stay.Document));

    /// <summary>Asks until there is an answer, or nobody to ask for; then the connection goes by it. Until then the stay goes on as it was: who can't be asked can't say either that something has changed.</summary>
    public async Task AskAgainAsync(Stay stay)
    {
        // Who is not known any more loses the stay for that.
        for (var pause = Pause; stay.Position.State != StreamState.Left && stay.Connection.Caller.Current is { } caller; pause = pause * 2 < PauseLimit ? pause * 2 : PauseLimit)
        {
            try
            {
                await AskAsync(stay, caller);
                if (DocumentAccess.Judge(stay.Role.Current, JoinMessage.Takes, stay.Document) is null)
                    stay.TellRole();
                else
                    stay.Connection.Revoke(stay);
                return;
            }
            catch (Exception failure)
            {
                ErrorMetrics.Count(ErrorComponent.Access, "not_asked");
                LogNotAsked(stay.Document, failure.GetType().Name);
            }

            await Task.Delay(pause * (1 + (0.5 * Random.Shared.NextDouble())), time);
        }
    }

    [LoggerMessage(3031, LogLevel.Warning, "What an open session in {Document} may do could not be asked for ({Failure}); it goes on as it was until it can.")]
    private partial void LogNotAsked(DocumentId document, string failure);
}
