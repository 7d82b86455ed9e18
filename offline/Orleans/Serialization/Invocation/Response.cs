namespace Orleans.Serialization.Invocation;

/// <summary>A call's outcome: a result, an exception, or completion without a result.</summary>
public abstract class Response : IDisposable
{
    protected Response()
    {
    }

    public static Response Completed { get; } = new CompletedResponse();

    public abstract object? Result { get; set; }

    public abstract Exception? Exception { get; set; }

    public static Response FromException(Exception exception) => new ExceptionResponse(exception);

    public static Response FromResult<TResult>(TResult value) => new Response<TResult> { TypedResult = value };

    public abstract T GetResult<T>();

    public virtual void Dispose() => GC.SuppressFinalize(this);

    private sealed class CompletedResponse : Response
    {
        public override object? Result
        {
            get => null;
            set => throw new InvalidOperationException("The shared response of calls without a result cannot be changed.");
        }

        public override Exception? Exception
        {
            get => null;
            set => throw new InvalidOperationException("The shared response of calls without a result cannot be changed.");
        }

        public override T GetResult<T>() => default!;

        public override string ToString() => "[Completed]";
    }

    private sealed class ExceptionResponse(Exception exception) : Response
    {
        public override object? Result
        {
            get => throw new InvalidOperationException("The call failed, there is no result.", Exception);
            set => throw new InvalidOperationException("The call failed, a result cannot be set.", Exception);
        }

        public override Exception? Exception { get; set; } = exception;

        public override T GetResult<T>()
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(Exception!);
            return default!;
        }

        public override string ToString() => Exception?.ToString() ?? "";
    }
}

/// <summary>The outcome of a call with a result, kept without boxing.</summary>
public sealed class Response<TResult> : Response
{
    public TResult? TypedResult { get; set; }

    public override object? Result
    {
        get => TypedResult;
        set => TypedResult = (TResult?)value;
    }

    public override Exception? Exception
    {
        get => null;
        set => throw new InvalidOperationException("A response with a result cannot take an exception; make a new one.");
    }

    public override T GetResult<T>() => TypedResult is T typed ? typed : (T)(object?)TypedResult!;

    public override string ToString() => TypedResult?.ToString() ?? "[null]";
}
