namespace Collab.Web.Security;

/// <summary>Who a request comes from, as <see cref="RequestAccess"/> has found out.</summary>
internal static class RequestCaller
{
    /// <summary>Null at a handshake whose connection still has to say.</summary>
    public static Caller? FindCaller(this HttpContext context) => context.Features.Get<Caller>();

    /// <summary>Of a request to the API, which gets there with a caller only.</summary>
    public static Caller GetCaller(this HttpContext context) => context.FindCaller() ?? throw new InvalidOperationException($"Nobody has asked who the caller is: the endpoint lacks {nameof(RequestAccess)}.");
}
